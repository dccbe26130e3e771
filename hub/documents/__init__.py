"""Mails and papers: one set of values, drawn as HTML and as plain text; QR codes; SMTP."""

from hub.documents.cash_receipt import receipt_html as receipt_html
from hub.documents.cash_receipt import receipt_page as receipt_page
from hub.documents.cash_receipt import receipt_style as receipt_style
from hub.documents.cash_receipt import receipt_text as receipt_text
from hub.documents.drawing import Documents as Documents
from hub.documents.qr import qr_png as qr_png
from hub.documents.qr import qr_svg as qr_svg
from hub.documents.smtp import SmtpMailer as SmtpMailer
