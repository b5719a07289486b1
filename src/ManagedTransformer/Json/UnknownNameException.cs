using System.Text.Json;

namespace ManagedTransformer.Json;

/// <summary>A value that should be one of some names, and is not.</summary>
/// <param name="given">The name; null for a value of another type.</param>
/// <param name="known">The names that there are.</param>
internal sealed class UnknownNameException(string? given, IReadOnlyList<string> known)
    : JsonException($"is {(given is null ? "no name" : $"'{given}'")}, the known ones are {string.Join(", ", known)}")
{
    /// <summary>Whether it is a name at all.</summary>
    public bool IsName { get; } = given is not null;

    /// <summary>The names that there are, for people.</summary>
    public string Known { get; } = string.Join(", ", known);
}
