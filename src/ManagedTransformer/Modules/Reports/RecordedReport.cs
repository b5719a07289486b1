using System.Text.Json.Nodes;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Modules.Reports;

/// <summary>What a mechanism did in an evaluation, which is saved with the model: a member of <c>metrics.json</c>.</summary>
internal abstract record RecordedReport : MechanismReport
{
    /// <summary>The member's name.</summary>
    internal abstract string Member { get; }

    /// <summary>The member's value.</summary>
    internal abstract JsonNode ToMember();

    /// <summary>Writes the file of some reports.</summary>
    /// <param name="reports">Reports with different members.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    internal static void Write(IEnumerable<RecordedReport> reports, string path)
    {
        JsonObject metrics = new(reports.Select(report => KeyValuePair.Create<string, JsonNode?>(report.Member, report.ToMember())));
        AtomicFile.Write(path, JsonDocuments.Write(metrics, ReportJson.Default.JsonObject));
    }
}
