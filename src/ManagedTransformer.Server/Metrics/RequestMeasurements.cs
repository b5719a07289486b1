using System.Diagnostics;

namespace ManagedTransformer.Server.Metrics;

/// <summary>What is known of a request besides its content.</summary>
internal sealed class RequestMeasurements
{
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>The way by which it came, one of the server's own; <c>other</c> for any else.</summary>
    public string Endpoint { get; set; } = "other";

    /// <summary>The model that answers; null before it is known.</summary>
    public string? Model { get; set; }

    /// <summary>Tokens of prompts.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Tokens that were generated.</summary>
    public long Tokens { get; set; }

    /// <summary>Seconds from the request to its first token; null where there is none.</summary>
    public double? FirstTokenSeconds { get; private set; }

    /// <summary>Seconds since the request came.</summary>
    public double Seconds => Stopwatch.GetElapsedTime(_began).TotalSeconds;

    /// <summary>A token has come.</summary>
    public void TellFirstToken() => FirstTokenSeconds ??= Seconds;
}
