"""Mails and papers: one set of values, drawn as HTML and as plain text; QR codes; SMTP."""

from hub.documents.drawing import Documents as Documents
from hub.documents.smtp import SmtpMailer as SmtpMailer
