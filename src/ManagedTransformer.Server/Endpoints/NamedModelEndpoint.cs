using System.Text.Json;
using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Endpoints;

/// <summary>Tells something of the model whose name ends the path.</summary>
/// <param name="path">What stands before the name.</param>
/// <param name="models">The models.</param>
/// <param name="write">Writes the answer's object.</param>
internal sealed class NamedModelEndpoint(string path, ServedModels models, Action<Utf8JsonWriter, ServedModel> write) : IEndpoint
{
    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public string Method => HttpMethods.Get;

    /// <inheritdoc/>
    public Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        ServedModel model = models.Find(Uri.UnescapeDataString(context.Request.Path.Value![path.Length..]));
        return JsonResponse.WriteAsync(context, json => write(json, model), cancellation);
    }
}
