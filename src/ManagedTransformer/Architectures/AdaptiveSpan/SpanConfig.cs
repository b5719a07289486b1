using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// How far heads may look back and how their spans are learnt: the <c>span</c> object of a model's configuration (Sukhbaatar et al., 2019).
/// </summary>
public sealed record SpanConfig
{
    // Beyond every published span; the caches of a layer hold as many states.
    private const int MostTokens = 1 << 24;

    /// <summary>S: most tokens that a head can look back, and the rows of the table of relative positions.</summary>
    public int Limit { get; set; } = 1024;

    /// <summary>R: length of the soft mask's ramp, in tokens.</summary>
    public int Ramp { get; set; } = 32;

    /// <summary>Learnt spans: the ratio z / S that every head starts with, 0 .. 1.</summary>
    public float Initial { get; set; }

    /// <summary>lambda: weight of the spans, in tokens, in the training loss, in nats per token.</summary>
    public float Penalty { get; set; }

    /// <summary>Learnt spans: caches only what the layer's longest head can see (and 64 states more); otherwise S states.</summary>
    public bool AdaptCache { get; set; } = true;

    /// <summary>Dynamic spans: the bias that every head starts with; -4 makes spans of S sigmoid(-4) = 0.018 S.</summary>
    public float InitialBias { get; set; } = -4;

    internal void Validate(string where)
    {
        OptionChecks checks = new($"{where}.");
        checks.Size(Limit, "span.limit", MostTokens);
        checks.Size(Ramp, "span.ramp", MostTokens);
        checks.Require(Initial is >= 0 and <= 1, $"span.initial is {Initial}, it must be from 0 to 1.");
        checks.Require(
            Penalty >= 0 && float.IsFinite(Penalty), $"span.penalty is {Penalty}, it must be a finite number that is not negative.");
        checks.Require(float.IsFinite(InitialBias), $"span.initial_bias is {InitialBias}, it must be a finite number.");
    }
}
