namespace ManagedTransformer.Tensors;

/// <summary>Decides what is recorded for backward, and records it.</summary>
internal static class Recorder
{
    private static long _order;

    /// <summary>Number of this thread's scopes that have switched recording off.</summary>
    [field: ThreadStatic]
    public static int Suspended { get; set; }

    public static bool IsNeeded(Tensor a) => Suspended == 0 && a.RequiresGradient;

    public static bool IsNeeded(Tensor a, Tensor? b) => Suspended == 0 && (a.RequiresGradient || b is { RequiresGradient: true });

    public static bool IsNeeded(Tensor a, Tensor? b, Tensor? c) =>
        Suspended == 0 && (a.RequiresGradient || b is { RequiresGradient: true } || c is { RequiresGradient: true });

    /// <summary>Attaches a rule to the tensor it is about. Call it only where <see cref="IsNeeded(Tensor)"/> holds.</summary>
    public static Tensor Record(Tensor output, GradientRule rule)
    {
        rule.Output = output;
        rule.Order = Interlocked.Increment(ref _order);
        output.Producer = rule;
        return output;
    }
}
