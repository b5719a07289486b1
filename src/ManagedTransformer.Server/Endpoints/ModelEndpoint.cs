using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Models;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>GET /v1/models/NAME</c>: one of the models.</summary>
/// <param name="models">The models.</param>
internal sealed class ModelEndpoint(ServedModels models) : IEndpoint
{
    /// <inheritdoc/>
    public string Path => "/v1/models/";

    /// <inheritdoc/>
    public string Method => HttpMethods.Get;

    /// <inheritdoc/>
    public Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        ServedModel model = models.Find(Uri.UnescapeDataString(context.Request.Path.Value![Path.Length..]));
        return JsonResponse.WriteAsync(context, json => ModelsEndpoint.Write(json, model), cancellation);
    }
}
