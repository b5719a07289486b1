namespace ManagedTransformer.Evaluation.Metrics;

/// <summary>The implementation that signatures of metrics name.</summary>
internal static class MetricVersion
{
    public static string Name { get; } = $"ManagedTransformer-{typeof(MetricVersion).Assembly.GetName().Version?.ToString(3)}";
}
