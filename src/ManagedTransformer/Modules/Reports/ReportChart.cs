namespace ManagedTransformer.Modules.Reports;

/// <summary>Numbers of a report that are drawn as bars in groups, such as the spans of heads by layer.</summary>
/// <param name="Title">What the bars are.</param>
/// <param name="Unit">What they are counted in.</param>
/// <param name="Group">What a group is: a layer.</param>
/// <param name="Bar">What a bar within a group is: a head; empty where a group has one.</param>
/// <param name="Full">The most that a bar can be.</param>
/// <param name="Groups">The groups, in order.</param>
public sealed record ReportChart(string Title, string Unit, string Group, string Bar, double Full, IReadOnlyList<ReportBars> Groups);
