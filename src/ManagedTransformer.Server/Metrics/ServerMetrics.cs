using System.Collections.Concurrent;
using System.Diagnostics;
using ManagedTransformer.Generation.Batching;
using ManagedTransformer.Server.Models;

namespace ManagedTransformer.Server.Metrics;

/// <summary>What a server has done, and what it is doing.</summary>
/// <param name="models">Its models.</param>
/// <param name="slots">Texts that a language model generates at the same time.</param>
internal sealed class ServerMetrics(ServedModels models, int slots)
{
    // Lengths of sessions whose memory is told, in tokens.
    private static readonly int[] _sessionLengths = [128, 1_024, 8_192, 32_768];

    private readonly ConcurrentDictionary<(string Endpoint, int Status), long> _requests = [];
    private readonly ConcurrentDictionary<string, Histogram> _seconds = [], _firstTokens = [];
    private readonly Lazy<IReadOnlyList<(string Model, int Tokens, long Bytes)>> _sessions = new(() =>
        [.. from model in models.All.OfType<ServedLanguageModel>()
            from tokens in _sessionLengths
            let bytes = model.SessionBytes(tokens)
            where bytes is not null
            select (model.Name, tokens, bytes.Value)]);

    private int _inFlight;

    /// <summary>A request has come.</summary>
    public void Enter() => Interlocked.Increment(ref _inFlight);

    /// <summary>A request is over.</summary>
    /// <param name="request">What is known of it.</param>
    /// <param name="status">How it ended.</param>
    public void Leave(RequestMeasurements request, int status)
    {
        Interlocked.Decrement(ref _inFlight);
        _requests.AddOrUpdate((request.Endpoint, status), 1, (_, count) => count + 1);
        if (request.Model is { } model)
        {
            _seconds.GetOrAdd(model, _ => new Histogram(0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300)).Add(request.Seconds);
            if (request.FirstTokenSeconds is { } first)
            {
                _firstTokens.GetOrAdd(model, _ => new Histogram(0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)).Add(first);
            }
        }
    }

    /// <summary>All metrics.</summary>
    public MetricsText Write()
    {
        MetricsText text = new();
        text.Begin("mt_requests_total", "counter", "Requests that were answered, by endpoint and HTTP status; 499: the client left.");
        foreach (((string endpoint, int status), long count) in _requests.OrderBy(entry => entry.Key))
        {
            string labels = $"{MetricsText.Label("endpoint", endpoint)},{MetricsText.Label("status", $"{status}")}";
            text.Sample("mt_requests_total", labels, count);
        }

        text.Begin("mt_requests_in_flight", "gauge", "Requests that are being answered.");
        text.Sample("mt_requests_in_flight", "", Volatile.Read(ref _inFlight));
        WriteModels(text);
        WriteHistogram(text, "mt_request_seconds", "Seconds from a request to the end of its answer.", _seconds);
        WriteHistogram(
            text, "mt_time_to_first_token_seconds", "Seconds from a request to its first token, waiting included.", _firstTokens);
        WriteProcess(text);
        return text;
    }

    private static void WriteHistogram(
        MetricsText text, string name, string help, ConcurrentDictionary<string, Histogram> histograms)
    {
        text.Begin(name, "histogram", help);
        foreach ((string model, Histogram histogram) in histograms.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            histogram.Write(text, name, MetricsText.Label("model", model));
        }
    }

    private static void WriteProcess(MetricsText text)
    {
        using Process process = Process.GetCurrentProcess();
        text.Begin("process_resident_memory_bytes", "gauge", "Resident memory of the process.");
        text.Sample("process_resident_memory_bytes", "", process.WorkingSet64);
        text.Begin("process_cpu_seconds_total", "counter", "Processor time of the process, all cores together.");
        text.Sample("process_cpu_seconds_total", "", process.TotalProcessorTime.TotalSeconds);
        text.Begin("process_start_time_seconds", "gauge", "When the process began, in seconds since 1970.");
        text.Sample("process_start_time_seconds", "", new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        text.Begin("mt_managed_heap_bytes", "gauge", "Bytes of managed objects, garbage included.");
        text.Sample("mt_managed_heap_bytes", "", GC.GetTotalMemory(false));
    }

    private void WriteModels(MetricsText text)
    {
        (string Labels, ServedModel Model, BatchLoad Load)[] all =
            [.. models.All.Select(model => (MetricsText.Label("model", model.Name), model, model.Load))];
        Each("mt_model_parameters", "gauge", "Parameters of the model.", entry => entry.Model.ParameterCount);
        Each("mt_texts_running", "gauge", "Texts that are being generated.", entry => entry.Load.Running);
        Each("mt_texts_waiting", "gauge", "Texts that wait for a slot.", entry => entry.Load.Waiting);
        Each("mt_work_waiting", "gauge", "Other work, such as embeddings and translations, that waits or is being done.",
            entry => entry.Model.Line.Count);
        Each("mt_slots", "gauge", "Most texts that are generated at the same time.",
            entry => entry.Model is ServedLanguageModel ? slots : 0);
        Each("mt_prompt_tokens_total", "counter", "Tokens of prompts that were read.", entry => entry.Load.PromptTokens);
        Each("mt_generated_tokens_total", "counter", "Tokens that were drawn.", entry => entry.Load.Tokens);
        Each("mt_steps_total", "counter", "Joint steps of the model.", entry => entry.Load.Steps);
        Each("mt_state_bytes", "gauge", "What the model remembers of the running texts.", entry => entry.Load.StateBytes);
        text.Begin("mt_sessions_per_gib", "gauge", "Sessions of so many tokens whose states fit into 1 GiB.");
        foreach ((string model, int tokens, long bytes) in _sessions.Value)
        {
            text.Sample("mt_sessions_per_gib", $"{MetricsText.Label("model", model)},{MetricsText.Label("tokens", $"{tokens}")}",
                Math.Floor((double)(1L << 30) / bytes));
        }

        void Each(string name, string type, string help, Func<(string Labels, ServedModel Model, BatchLoad Load), double> value)
        {
            text.Begin(name, type, help);
            foreach ((string Labels, ServedModel Model, BatchLoad Load) entry in all)
            {
                text.Sample(name, entry.Labels, value(entry));
            }
        }
    }
}
