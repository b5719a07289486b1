using System.Collections;
using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Documents.Tests.References;

/// <summary>
/// The JSON schema of recipes (draft 2020-12), from the metadata by which the library reads them and from the documentation of its types.
/// </summary>
internal sealed class RecipeSchema
{
    private static readonly JsonSerializerOptions _format = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly XmlComments _comments = new(typeof(Recipe), typeof(Tensor));
    private readonly JsonObject _definitions = [];

    /// <summary>The schema.</summary>
    public static string Write()
    {
        RecipeSchema schema = new();
        JsonObject root = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Recipe of ManagedTransformer",
            ["description"] = schema._comments.Of(typeof(Recipe)),
            ["type"] = "object",
            ["if"] = new JsonObject
            {
                ["properties"] = new JsonObject
                {
                    ["architecture"] = new JsonObject { ["const"] = Recipe.TransformerTranslation },
                },
                ["required"] = new JsonArray("architecture"),
            },
            ["then"] = schema.Reference(typeof(TranslationRecipe)),
            ["else"] = schema.Reference(typeof(LanguageModelRecipe)),
            ["$defs"] = schema._definitions,
        };
        foreach (RecipeKind kind in RecipeKind.All)
        {
            JsonNode architecture = schema._definitions[kind.Type.Type.Name]!["properties"]!["architecture"]!;
            architecture["const"] = kind.Architecture;
        }

        return root.ToJsonString(_format) + "\n";
    }

    private JsonObject Reference(Type type)
    {
        if (!_definitions.ContainsKey(type.Name))
        {
            _definitions[type.Name] = null; // A type that contains itself refers to its definition.
            _definitions[type.Name] = type.IsEnum ? Choice(type) : Object(type);
        }

        return new JsonObject { ["$ref"] = $"#/$defs/{type.Name}" };
    }

    private JsonObject Object(Type type)
    {
        JsonObject properties = [];
        JsonArray required = [];
        object? defaults = type.GetConstructor(Type.EmptyTypes) is null ? null : Activator.CreateInstance(type);
        JsonTypeInfo metadata = RecipeJson.Default.Options.GetTypeInfo(type);
        foreach (JsonPropertyInfo property in metadata.Properties.OrderBy(property => property.Order))
        {
            // What has the attribute JsonIgnore can be neither read nor written.
            if (property.Get is null || property.AttributeProvider is not PropertyInfo member)
            {
                continue;
            }

            JsonObject value = Value(property.PropertyType);
            if (property.IsSetNullable)
            {
                AllowNull(value);
            }

            value["description"] = _comments.Of('P', member.DeclaringType!, member.Name);
            if (!property.IsRequired && defaults is not null && property.Get(defaults) is { } standard
                && JsonSerializer.SerializeToNode(standard, RecipeJson.Default.Options.GetTypeInfo(property.PropertyType)) is { } json
                && json is not JsonObject)
            {
                value["default"] = json;
            }

            properties[property.Name] = value;
            if (property.IsRequired)
            {
                required.Add(property.Name);
            }
        }

        JsonObject schema = new()
        {
            ["description"] = _comments.Of(type),
            ["type"] = "object",
            ["properties"] = properties,
        };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["additionalProperties"] = false;
        return schema;
    }

    private JsonObject Choice(Type type)
    {
        JsonArray choices = [];
        foreach (object value in Enum.GetValues(type))
        {
            choices.Add(new JsonObject
            {
                ["const"] = JsonSerializer.SerializeToNode(value, RecipeJson.Default.Options.GetTypeInfo(type)),
                ["description"] = _comments.Of('F', type, value.ToString()!),
            });
        }

        return new JsonObject { ["description"] = _comments.Of(type), ["oneOf"] = choices };
    }

    private JsonObject Value(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
        {
            return new JsonObject { ["type"] = "string" };
        }

        if (type.IsAssignableTo(typeof(IEnumerable)))
        {
            return new JsonObject
            {
                ["type"] = "array",
                ["items"] = Value(type.GetElementType() ?? type.GetGenericArguments()[^1]),
            };
        }

        return type == typeof(bool) ? new JsonObject { ["type"] = "boolean" }
            : type == typeof(float) || type == typeof(double) ? new JsonObject { ["type"] = "number" }
            : type.IsPrimitive ? new JsonObject { ["type"] = "integer" }
            : Reference(type);
    }

    private static void AllowNull(JsonObject value)
    {
        if ((string?)value["type"] is { } type)
        {
            value["type"] = new JsonArray(type, "null");
            return;
        }

        JsonNode reference = value["$ref"]!.DeepClone();
        value.Remove("$ref");
        value["anyOf"] = new JsonArray(new JsonObject { ["$ref"] = reference }, new JsonObject { ["type"] = "null" });
    }
}
