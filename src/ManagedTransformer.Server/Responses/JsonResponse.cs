using System.Text.Encodings.Web;
using System.Text.Json;

namespace ManagedTransformer.Server.Responses;

/// <summary>A response of one JSON object.</summary>
internal static class JsonResponse
{
    /// <summary>How JSON is written: letters of all scripts as themselves, since it stands in no page.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the response.</summary>
    /// <param name="context">The request.</param>
    /// <param name="write">Writes the object.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write, CancellationToken cancellation)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Options))
        {
            write(json);
        }

        context.Response.ContentType = "application/json";
        context.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(bytes.GetBuffer().AsMemory(0, (int)bytes.Length), cancellation);
        }
    }
}
