using System.Text;
using ManagedTransformer.Server.Metrics;

namespace ManagedTransformer.Server.Endpoints;

/// <summary><c>GET /metrics</c>: what the server does, for Prometheus.</summary>
/// <param name="metrics">What is told.</param>
internal sealed class MetricsEndpoint(ServerMetrics metrics) : IEndpoint
{
    /// <inheritdoc/>
    public string Path => "/metrics";

    /// <inheritdoc/>
    public string Method => HttpMethods.Get;

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        byte[] text = Encoding.UTF8.GetBytes(metrics.Write().ToString());
        context.Response.ContentType = MetricsText.ContentType;
        context.Response.ContentLength = text.Length;
        await context.Response.Body.WriteAsync(text, cancellation);
    }
}
