using ManagedTransformer.Server.Metrics;

namespace ManagedTransformer.Server.Endpoints;

/// <summary>Answers requests for one path.</summary>
internal interface IEndpoint
{
    /// <summary>The path; one that ends with <c>/</c> is that of everything below it.</summary>
    string Path { get; }

    /// <summary>The HTTP method, GET or POST.</summary>
    string Method { get; }

    /// <summary>True for what is answered without a key, since it tells nothing of the models.</summary>
    bool IsOpen => false;

    /// <summary>Answers a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="measurements">Told what it was.</param>
    /// <param name="cancellation">Ends it: the client has left, the deadline has passed, or the server stops.</param>
    Task HandleAsync(HttpContext context, RequestMeasurements measurements, CancellationToken cancellation);
}
