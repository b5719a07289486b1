using System.Buffers;
using System.Text.Json;

namespace ManagedTransformer.Server.Responses;

/// <summary>
/// A response of JSON objects that are sent one by one as they come to be: server-sent events (HTML standard, 9.2), as OpenAI's API has
/// them, ended by <c>[DONE]</c>.
/// </summary>
/// <param name="context">The request.</param>
internal sealed class EventStream(HttpContext context) : IDisposable
{
    private readonly Utf8JsonWriter _json = new(context.Response.BodyWriter, JsonResponse.Options);

    /// <summary>Sends the head of the response, so that the client knows that its request was taken.</summary>
    public async Task BeginAsync(CancellationToken cancellation)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect events
        await context.Response.StartAsync(cancellation);
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <summary>Sends an object.</summary>
    /// <param name="write">Writes it.</param>
    /// <param name="cancellation">Ends it, also where the client does not read.</param>
    public async Task SendAsync(Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        context.Response.BodyWriter.Write("data: "u8);
        _json.Reset(context.Response.BodyWriter);
        write(_json);
        _json.Flush();
        context.Response.BodyWriter.Write("\n\n"u8);
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <summary>Sends what tells that nothing more comes.</summary>
    public async Task EndAsync(CancellationToken cancellation)
    {
        context.Response.BodyWriter.Write("data: [DONE]\n\n"u8);
        await context.Response.BodyWriter.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _json.Dispose();
}
