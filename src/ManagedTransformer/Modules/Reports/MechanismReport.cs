using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ManagedTransformer.Modules.Reports;

/// <summary>
/// Facts about a model that one of its mechanisms knows, such as how far back heads look: in sentences and a table for people, under keys
/// for programs.
/// </summary>
public abstract record MechanismReport
{
    /// <summary>The facts in sentences.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<string> Sentences { get; }

    /// <summary>More than fits into sentences; null for no more.</summary>
    [JsonIgnore]
    public virtual ReportTable? Table => null;

    /// <summary>What can be drawn of the facts; null for nothing.</summary>
    [JsonIgnore]
    public virtual ReportChart? Chart => null;

    /// <summary>Whether the facts belong to texts of given lengths (<see cref="ModelFacts.Lengths"/>).</summary>
    [JsonIgnore]
    public virtual bool DependsOnLengths => false;

    /// <summary>Adds the facts to an object, each under a key of its own.</summary>
    /// <param name="json">The object.</param>
    public abstract void AddTo(JsonObject json);
}
