import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("surveys", "0006_consensus")]

    operations = [
        migrations.AddField(
            model_name="mailing",
            name="key",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
        migrations.AddField(
            model_name="letter",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0, help_text="Tries that the mail server put off."),
        ),
        migrations.AddField(
            model_name="letter",
            name="try_after",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
