namespace ManagedTransformer.Modules.Adaptive;

/// <summary>
/// The names of clusters' tables: <c>clusters.0.weight</c>, <c>clusters.0.proj.weight</c>, or <c>bands.0.weight</c>,
/// <c>proj.0.weight</c> in fairseq's form.
/// </summary>
internal static class AdaptiveNames
{
    public static void Visit(ParameterVisitor visit, IReadOnlyList<AdaptiveCluster> clusters, AdaptiveForm form)
    {
        if (form == AdaptiveForm.Biased)
        {
            visit.Add("clusters", clusters);
            return;
        }

        for (int i = 0; i < clusters.Count; i++)
        {
            visit.Add($"bands.{i}.weight", clusters[i].Weight);
        }

        for (int i = 0; i < clusters.Count; i++)
        {
            visit.Add($"proj.{i}.weight", clusters[i].Projection);
        }
    }
}
