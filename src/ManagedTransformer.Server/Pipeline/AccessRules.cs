using System.Net;
using System.Security.Cryptography;
using System.Text;
using ManagedTransformer.Server.Requests;
using Microsoft.Net.Http.Headers;

namespace ManagedTransformer.Server.Pipeline;

/// <summary>Whom the server answers: who has a key, and pages of no other site.</summary>
internal sealed class AccessRules
{
    private const string Scheme = "Bearer ";
    private readonly byte[][] _keys;
    private readonly bool _isLoopback;

    /// <summary>The rules of a server.</summary>
    public AccessRules(ServerOptions options)
    {
        _keys = [.. options.ApiKeys.Select(Hash)];
        _isLoopback = IPAddress.IsLoopback(options.Host);
    }

    /// <summary>Refuses a request that is not to be answered.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isOpen">Whether it needs no key.</param>
    /// <exception cref="RequestException">Status 401 or 403.</exception>
    public void Require(HttpRequest request, bool isOpen)
    {
        RequireOwnPage(request);
        if (!isOpen && _keys.Length > 0)
        {
            RequireKey(request);
        }
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    // A page of another site could otherwise reach a server of this machine by a name that its owner lets point here.
    private void RequireOwnPage(HttpRequest request)
    {
        HostString host = request.Host;
        if (_isLoopback && !IsLocal(host.Host))
        {
            throw new RequestException(
                StatusCodes.Status403Forbidden, "The header 'Host' is none of this machine's own names.", null, "host_refused");
        }

        string? origin = request.Headers[HeaderNames.Origin];
        if (!string.IsNullOrEmpty(origin) && origin != $"{request.Scheme}://{host}")
        {
            throw new RequestException(
                StatusCodes.Status403Forbidden, "The request comes from a page of another site.", null, "origin_refused");
        }
    }

    private static bool IsLocal(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address));

    // All keys are compared, and hashes of one length, so that the time tells nothing of them.
    private void RequireKey(HttpRequest request)
    {
        string given = request.Headers.Authorization.ToString();
        bool isKnown = false;
        if (given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            byte[] hash = Hash(given[Scheme.Length..].Trim());
            foreach (byte[] key in _keys)
            {
                isKnown |= CryptographicOperations.FixedTimeEquals(hash, key);
            }
        }

        if (!isKnown)
        {
            throw new RequestException(
                StatusCodes.Status401Unauthorized, "The header 'Authorization' must be 'Bearer' and a key of this server.", null,
                "invalid_api_key");
        }
    }
}
