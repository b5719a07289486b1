namespace ManagedTransformer.Benchmarks;

/// <summary>Updates on several workers, medians of one worker.</summary>
public sealed record ScaleMeasurement
{
    /// <summary>The number of workers.</summary>
    public required int Workers { get; init; }

    /// <summary>Batches of an update, over all workers.</summary>
    public required int Batches { get; init; }

    /// <summary>Trained values.</summary>
    public required long Parameters { get; init; }

    /// <summary>Time of an update.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>The same where nothing is sent before a backward walk has ended.</summary>
    public required double LateMilliseconds { get; init; }

    /// <summary>Time of an update inside exchanges, waiting for others included.</summary>
    public required double ExchangeMilliseconds { get; init; }

    /// <summary>The same where nothing is sent before a backward walk has ended.</summary>
    public required double LateExchangeMilliseconds { get; init; }

    /// <summary>Bytes that a worker sends in an update.</summary>
    public required long BytesPerStep { get; init; }

    /// <summary>Time of a short message; 0 for one worker.</summary>
    public required double LatencyMicroseconds { get; init; }

    /// <summary>What a worker sends, and receives, in long messages between all workers at once; 0 for one worker.</summary>
    public required double GigabytesPerSecond { get; init; }
}
