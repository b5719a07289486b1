using System.Text.Json.Serialization;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>Serialiser of what evaluations record of memories, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(IReadOnlyList<MemoryDetails>))]
internal sealed partial class MemoryJson : JsonSerializerContext
{
    /// <summary>The member of <c>metrics.json</c>.</summary>
    public const string Member = "memories";
}
