"""The pages and addresses of the hub: the only place that knows Litestar."""
