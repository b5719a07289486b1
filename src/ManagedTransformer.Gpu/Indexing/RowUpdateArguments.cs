namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="RowUpdateCode"/>: contributions to table rows, and the step to take with their sums.</summary>
internal struct RowUpdateArguments<TStep>
    where TStep : struct, IElementStep
{
    public ContributionViews Views;
    public TStep Step;
}
