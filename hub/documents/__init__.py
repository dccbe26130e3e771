"""Mails and PDFs: one tree of parts, drawn as HTML, as plain text and by typst; QR codes; SMTP."""

from hub.documents.drawing import Documents as Documents
from hub.documents.qr import qr_png as qr_png
from hub.documents.qr import qr_svg as qr_svg
from hub.documents.smtp import SmtpMailer as SmtpMailer
