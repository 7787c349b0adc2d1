from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="reminder",
            name="to_plan",
            field=models.BooleanField(default=False),
        ),
    ]
