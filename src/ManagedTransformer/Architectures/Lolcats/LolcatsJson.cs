using System.Text.Json.Serialization;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>Serialiser of the errors of linearised layers, generated at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(IReadOnlyList<LayerError>))]
internal sealed partial class LolcatsJson : JsonSerializerContext
{
    /// <summary>The member of <c>metrics.json</c>.</summary>
    public const string Member = "transfer";
}
