namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="RowUpdateCode"/> takes.</summary>
internal struct RowUpdateArguments<TStep>
    where TStep : struct, IElementStep
{
    public ContributionViews Views;
    public TStep Step;
}
