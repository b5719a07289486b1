using System.Text.Json;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>GET /v1/models</c>: the models that there are.</summary>
/// <param name="models">The models.</param>
internal sealed class ModelsEndpoint(ServedModels models) : IEndpoint
{
    /// <inheritdoc/>
    public string Path => "/v1/models";

    /// <inheritdoc/>
    public string Method => HttpMethods.Get;

    /// <inheritdoc/>
    public Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation) =>
        JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WriteStartArray("data");
            foreach (ServedModel model in models.All)
            {
                Write(json, model);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }, cancellation);

    /// <summary>Writes a model.</summary>
    public static void Write(Utf8JsonWriter json, ServedModel model)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Created);
        json.WriteString("owned_by", "managedtransformer");
        json.WriteString("kind", model.Kind);
        json.WriteNumber("parameters", model.ParameterCount);
        if (model is ServedLanguageModel { Positions: < int.MaxValue and int positions })
        {
            json.WriteNumber("max_model_len", positions);
        }

        if (model is ServedLanguageModel language)
        {
            json.WriteBoolean("has_chat_template", language.Model.ChatTemplate is not null);
        }

        json.WriteEndObject();
    }
}
