"""The story; one module is one verb of the business."""
