"""The providers: found, judged, called. The only room that knows pluggy."""
