using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ManagedTransformer.Soak.Processes;

/// <summary>Asks a server for texts, which come token by token.</summary>
/// <param name="server">The server.</param>
internal sealed class ServerClient(Uri server) : IDisposable
{
    private const int Tokens = 1500;

    private readonly HttpClient _http = new() { BaseAddress = server, Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>Asks for a text, and waits until the server begins to answer.</summary>
    /// <param name="seed">The seed of the text.</param>
    public async Task<HttpResponseMessage> BeginAsync(int seed)
    {
        string json = $"{{\"prompt\": \"the cat \", \"seed\": {seed}, \"max_tokens\": {Tokens}, \"stream\": true}}";
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Promise.Require(
            response.StatusCode == HttpStatusCode.OK,
            $"The server answered with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        return response;
    }

    /// <summary>Reads the text of an answer; null where it was cut off.</summary>
    /// <param name="response">The answer.</param>
    public static async Task<string?> ReadAsync(HttpResponseMessage response)
    {
        StringBuilder text = new();
        bool isWhole = false;
        try
        {
            using StreamReader lines = new(await response.Content.ReadAsStreamAsync());
            while (await lines.ReadLineAsync() is { } line)
            {
                isWhole |= line == "data: [DONE]";
                if (line.StartsWith("data: {", StringComparison.Ordinal))
                {
                    text.Append((string?)JsonNode.Parse(line["data: ".Length..])!["choices"]?[0]?["text"]);
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            isWhole = false;
        }

        response.Dispose();
        return isWhole ? text.ToString() : null;
    }

    /// <summary>Asks for a text and reads it.</summary>
    /// <param name="seed">The seed of the text.</param>
    public async Task<string?> AskAsync(int seed) => await ReadAsync(await BeginAsync(seed));

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}
