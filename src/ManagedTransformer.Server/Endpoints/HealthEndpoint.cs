using ManagedTransformer.Server.Metrics;
using ManagedTransformer.Server.Responses;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>GET /health</c>: 200 as long as new requests are taken.</summary>
internal sealed class HealthEndpoint : IEndpoint
{
    /// <inheritdoc/>
    public string Path => "/health";

    /// <inheritdoc/>
    public string Method => HttpMethods.Get;

    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation) =>
        JsonResponse.WriteAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "ok");
            json.WriteEndObject();
        }, cancellation);
}
