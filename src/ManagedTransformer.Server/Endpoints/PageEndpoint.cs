using System.Reflection;
using ManagedTransformer.Server.Metrics;

namespace ManagedTransformer.Server.Endpoints;

/// <summary>A file of the page at <c>/</c>, which is part of this assembly.</summary>
internal sealed class PageEndpoint : IEndpoint
{
    // The page reaches nothing but this server, and no other page shows it within itself.
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _content;
    private readonly string _type;

    private PageEndpoint(string path, string file, string type)
    {
        (Path, _type) = (path, type);
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Page/{file}")
            ?? throw new InvalidOperationException($"The file {file} of the page is not in the assembly.");
        _content = new byte[stream.Length];
        stream.ReadExactly(_content);
    }

    /// <summary>All files.</summary>
    public static IReadOnlyList<PageEndpoint> All { get; } =
    [
        new("/", "index.html", "text/html; charset=utf-8"),
        new("/page.css", "page.css", "text/css; charset=utf-8"),
        new("/page.js", "page.js", "text/javascript; charset=utf-8"),
        new("/charts.js", "charts.js", "text/javascript; charset=utf-8"),
        new("/server.js", "server.js", "text/javascript; charset=utf-8"),
    ];

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public string Method => HttpMethods.Get;

    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public async Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation)
    {
        context.Response.ContentType = _type;
        context.Response.ContentLength = _content.Length;
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.CacheControl = "no-cache";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(_content, cancellation);
        }
    }
}
