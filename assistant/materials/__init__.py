"""What this program is made of: the packages it needs, the models on this machine, and under which licences."""

from assistant.materials.bill import Bill, bill_of
from assistant.materials.cyclonedx_file import as_cyclonedx
from assistant.materials.licences import Licence
from assistant.materials.needed import PRODUCT, Package, needed

__all__ = ["PRODUCT", "Bill", "Licence", "Package", "as_cyclonedx", "bill_of", "needed"]
