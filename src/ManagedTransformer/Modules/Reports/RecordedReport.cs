using System.Text.Json.Nodes;

namespace ManagedTransformer.Modules.Reports;

/// <summary>What a mechanism did in an evaluation, which is saved with the model: a member of <c>metrics.json</c>.</summary>
internal abstract record RecordedReport : MechanismReport
{
    /// <summary>The member's name.</summary>
    internal abstract string Member { get; }

    /// <summary>The member's value.</summary>
    internal abstract JsonNode ToMember();
}
