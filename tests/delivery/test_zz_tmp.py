from tests.delivery.test_any_order import AnyOrder
from hypothesis import settings
AnyOrder.TestCase.settings = settings(stateful_step_count=30, max_examples=1500, deadline=None)
T=AnyOrder.TestCase
