using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ManagedTransformer.ServerLoad;

/// <summary>
/// Clients that ask for texts, read them as they come, and ask again. Every text is compared with that of a lone request of the same seed,
/// which is made before the others begin.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="tokens">Tokens of each text.</param>
internal sealed class LoadRun(Uri server, int tokens) : IDisposable
{
    private const int Seeds = 16;
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 })
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromMinutes(20),
    };

    private readonly ConcurrentDictionary<int, long> _statuses = [];
    private readonly ConcurrentBag<double> _first = [];
    private long _texts, _tokens, _others;

    /// <summary>Runs, and prints what it saw.</summary>
    /// <param name="clients">How many at once.</param>
    /// <param name="duration">How long.</param>
    /// <returns>Whether nothing but 200 and 429 came and every text was the lone one.</returns>
    public async Task<bool> RunAsync(int clients, TimeSpan duration)
    {
        string[] lone = new string[Seeds];
        for (int seed = 0; seed < Seeds; seed++)
        {
            (lone[seed], _) = await AskAsync(seed) ?? throw new InvalidOperationException("A lone request was refused.");
        }

        Print($"{Seeds} lone requests of {tokens} tokens");
        (_texts, _tokens) = (0, 0);
        _statuses.Clear();
        _first.Clear();
        long began = Stopwatch.GetTimestamp();
        using CancellationTokenSource end = new(duration);
        Task watch = WatchAsync(end.Token);
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => AskAgainAsync(client, lone, end.Token)));
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await watch;
        double[] first = [.. _first.Order()];
        Print($"{clients} clients, {seconds:F0} s: {_texts} texts, {_tokens / seconds:F1} tokens/s");
        Print($"status {string.Join(", ", _statuses.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key}: {entry.Value}"))}");
        Print($"texts that differ from lone ones: {_others}");
        Print($"first token after {first[first.Length / 2]:F3} s (median), {first[(int)(first.Length * 0.99)]:F3} s (99th percentile)");
        return _others == 0 && _statuses.Keys.All(status => status is 200 or 429);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private async Task AskAgainAsync(int client, string[] lone, CancellationToken end)
    {
        for (int i = 0; !end.IsCancellationRequested; i++)
        {
            int seed = (client + (i * 7)) % Seeds;
            if (await AskAsync(seed) is not var (text, first))
            {
                await Task.Delay(500, CancellationToken.None);
                continue;
            }

            Interlocked.Add(ref _others, text == lone[seed] ? 0 : 1);
            Interlocked.Increment(ref _texts);
            _first.Add(first);
        }
    }

    // The text and the seconds to its first token; null where there is no room.
    private async Task<(string Text, double First)?> AskAsync(int seed)
    {
        string json = FormattableString.Invariant(
            $"{{\"prompt\": \"Once upon a time, {seed}\", \"seed\": {seed}, \"max_tokens\": {tokens}, \"stream\": true}}");
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/completions")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        long began = Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _statuses.AddOrUpdate((int)response.StatusCode, 1, (_, count) => count + 1);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return null;
        }

        StringBuilder text = new();
        double first = 0;
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync());
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                first = first == 0 ? Stopwatch.GetElapsedTime(began).TotalSeconds : first;
                text.Append((string?)JsonNode.Parse(line["data: ".Length..])!["choices"]![0]!["text"]);
            }
        }

        Interlocked.Add(ref _tokens, tokens);
        return (text.ToString(), first);
    }

    private async Task WatchAsync(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            string metrics = await _http.GetStringAsync(new Uri("/metrics", UriKind.Relative), CancellationToken.None);
            Print($"memory {Value(metrics, "process_resident_memory_bytes") / 1e6:F0} MB, texts so far {_texts}");
            await Task.Delay(_interval, end).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static double Value(string metrics, string name) => double.Parse(
        metrics.Split('\n').First(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1],
        CultureInfo.InvariantCulture);
}
