using ManagedTransformer.Server.Endpoints;
using ManagedTransformer.Server.Requests;

namespace ManagedTransformer.Server.Pipeline;

/// <summary>Finds what answers a request.</summary>
/// <param name="endpoints">All that there is.</param>
internal sealed class Router(IReadOnlyList<IEndpoint> endpoints)
{
    /// <summary>The endpoint of a request.</summary>
    /// <exception cref="RequestException">Status 404 or 405.</exception>
    public IEndpoint Find(HttpRequest request)
    {
        string path = request.Path.Value ?? "";
        IEndpoint endpoint = endpoints.FirstOrDefault(known => known.Path == path)
            ?? endpoints.FirstOrDefault(known => IsBelow(path, known.Path))
            ?? throw new RequestException(
                StatusCodes.Status404NotFound,
                $"There is nothing at this path; there are {string.Join(", ", endpoints.Select(known => $"{known.Method} {known.Path}"))}.",
                null, "path_not_found");
        bool isMethod = request.Method == endpoint.Method
            || (HttpMethods.IsHead(request.Method) && HttpMethods.IsGet(endpoint.Method));
        if (!isMethod)
        {
            request.HttpContext.Response.Headers.Allow = endpoint.Method;
            throw new RequestException(
                StatusCodes.Status405MethodNotAllowed, $"The method of {endpoint.Path} is {endpoint.Method}.", null, "method_not_allowed");
        }

        return endpoint;
    }

    private static bool IsBelow(string path, string parent) =>
        parent.Length > 1 && parent[^1] == '/' && path.Length > parent.Length && path.StartsWith(parent, StringComparison.Ordinal);
}
