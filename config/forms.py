from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Form fields are rendered by templates of ours (templates/partials/)."""

    field_template_name = "partials/field.html"
