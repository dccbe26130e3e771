"""The mark on the button: a plain card on green, drawn for this plugin; not the provider's trade mark."""

from __future__ import annotations

import base64
from typing import Final

# Kept as text, since hooks read no files.
LOGO: Final = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAADAAAAAwCAYAAABXAvmHAAAA/ElEQVR42u2aQQrCMBBFs/cwbsVLZOfSgFsP4UpPIfYIdePWG3iGeAZBcDcmEr"
    "BIawqWpD/+gb9q6cxrpwOTGaU6bHpYGafayTpJJtkQg1F9zd2sMwf9DUbHgq9GGPinKuTg2yFC2giYdBPAAgLYZrURUBkVyhQqQI2aPu80Ag7+"
    "JQIQIAXA4riR8/Uiqcz78j4HAfAPuj3uktq8zz4QUYCUb77tS/wMkNsIMFnPs4oABMgNsD3ts4pViAAEGBhgtlt2Vgx/bfQAsbJHAKZQaT8xfE"
    "MD31LCN/U8FyLAHwDAH6/DDziwR0zwQ74ixqzwg+4iVg2KWPZAXLd5AjqcREMC/eVyAAAAAElFTkSuQmCC"
)
