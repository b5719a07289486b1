using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>How the groups and widths of a deep unit run.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<UnitMode>))]
public enum UnitMode
{
    /// <summary>
    /// DExTra (Mehta et al., 2021): groups and widths rise to the middle and fall again; features are shuffled between groups.
    /// </summary>
    Dextra,

    /// <summary>DeFINE (Mehta et al., 2020): groups fall to 1, widths rise up to the last layer; no shuffling.</summary>
    Define,
}
