using System.Text.Json.Serialization;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>Serialiser of what evaluations record of spans, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(SpanReport))]
internal sealed partial class SpanJson : JsonSerializerContext
{
    /// <summary>The member of <c>metrics.json</c>.</summary>
    public const string Member = "spans";
}
