from django.db import migrations

from hanse.transport.code_tables import CARRIERS, SINCE, codes_of


def seed(apps, schema_editor):
    carrier_rows, code_rows = apps.get_model("transport", "Carrier"), apps.get_model("transport", "CarrierCode")
    for code, (name, scac, url) in CARRIERS.items():
        carrier = carrier_rows.objects.create(code=code, name=name, scac=scac, tracking_url=url)
        code_rows.objects.bulk_create(code_rows(carrier=carrier, code=c, state=s, since=SINCE) for c, s in codes_of(code).items())


class Migration(migrations.Migration):
    dependencies = [("transport", "0002_return_legs")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
