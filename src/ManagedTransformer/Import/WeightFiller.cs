using ManagedTransformer.Checkpoints;
using ManagedTransformer.Import.Sources;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Torch.Storages;

namespace ManagedTransformer.Import;

/// <summary>
/// Carries out a plan: first every parameter must get a tensor of its shape and every tensor must have a use; then the values are read.
/// </summary>
internal static class WeightFiller
{
    private const int MostNamed = 5;

    /// <summary>Checks names and shapes.</summary>
    /// <param name="source">The checkpoint.</param>
    /// <param name="shapes">The model without values.</param>
    /// <param name="plan">The plan.</param>
    /// <exception cref="InputException">A tensor is missing, surplus, of another shape or of integers.</exception>
    public static void RequireMatch(ImportSource source, Module shapes, WeightPlan plan)
    {
        StateDictionary state = plan.State;
        HashSet<string> parameters = [];
        List<string> missing = [];
        foreach ((string name, Tensor tensor) in ModuleWeights.Tensors(shapes))
        {
            parameters.Add(name);
            WeightRule? rule = RuleOf(source, plan, name);
            if (rule is null || (rule.Theirs is { } theirs && !state.Has(theirs)))
            {
                missing.Add(rule is null ? $"'{name}'" : $"'{rule.Theirs}'{(rule.Theirs == name ? "" : $" for '{name}'")}");
            }
            else
            {
                RequireShape(source, plan, rule, [.. tensor.Shape.ToArray().Select(size => (long)size)]);
            }
        }

        if (source.Options.Renames.Keys.FirstOrDefault(name => !parameters.Contains(name)) is { } unknown)
        {
            throw source.Refuse($"--rename names '{unknown}', which the model does not have");
        }

        foreach (WeightRule rule in plan.Rules.Values.Where(rule => !parameters.Contains(rule.Ours) && rule.Theirs is not null))
        {
            string named = rule.Ours == rule.Theirs ? "" : $" ('{rule.Ours}')";
            throw source.Refuse($"the model has no place for the tensor '{rule.Theirs}'{named}");
        }

        List<string> left = [.. state.Left.Select(name => $"'{name}'")];
        if (missing.Count + left.Count > 0)
        {
            throw source.Refuse(string.Join("; ", new[] { Named("missing", missing), Named("without a use", left) }.OfType<string>()));
        }

        static string? Named(string what, List<string> names) => names.Count switch
        {
            0 => null,
            1 => $"a tensor is {what}: {names[0]}",
            <= MostNamed => $"{names.Count} tensors are {what}: {string.Join(", ", names)}",
            _ => $"{names.Count} tensors are {what}, the first: {string.Join(", ", names.Take(MostNamed))}",
        };
    }

    /// <summary>Reads the values.</summary>
    /// <param name="source">The checkpoint, which gets notes about values that are no numbers.</param>
    /// <param name="module">The model.</param>
    /// <param name="plan">A plan that matches the model.</param>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static void Fill(ImportSource source, Module module, WeightPlan plan)
    {
        using NoGradientScope _ = new();
        foreach ((string name, Tensor tensor) in ModuleWeights.Tensors(module))
        {
            WeightRule rule = RuleOf(source, plan, name)!;
            float[] values = Values(plan, rule, [.. tensor.Shape.ToArray().Select(size => (long)size)]);
            if (Array.FindIndex(values, value => !float.IsFinite(value)) is >= 0 and int place)
            {
                source.Note($"The tensor '{rule.Theirs ?? name}' holds {values[place]}, which is no finite number.");
            }

            tensor.Detach().CopyFrom(values);
        }
    }

    private static WeightRule? RuleOf(ImportSource source, WeightPlan plan, string name)
    {
        if (!plan.Rules.ContainsKey(name) && source.Options.Renames.TryGetValue(name, out string? theirs))
        {
            plan.Copy(name, theirs);
        }

        return plan.Rules.GetValueOrDefault(name);
    }

    private static void RequireShape(ImportSource source, WeightPlan plan, WeightRule rule, long[] wanted)
    {
        if (rule.Theirs is null)
        {
            return;
        }

        TorchTensor tensor = plan.State.Get(rule.Theirs)!;
        plan.State.Use(rule.Theirs);
        if (plan.ShapeOf(rule, tensor, wanted, out bool _) is not { } shape || !shape.SequenceEqual(wanted))
        {
            throw source.Refuse($"the tensor '{rule.Theirs}' has the shape {tensor.Shape()}, which does not fit '{rule.Ours}' of the shape "
                + $"[{string.Join(", ", wanted)}]");
        }

        if (!tensor.Type.IsFloat())
        {
            throw source.Refuse(
                $"the tensor '{rule.Theirs}' for '{rule.Ours}' holds {tensor.Type.Name()} instead of floating-point numbers");
        }
    }

    private static float[] Values(WeightPlan plan, WeightRule rule, long[] wanted)
    {
        if (rule.Theirs is null)
        {
            return rule.Values([], []);
        }

        TorchTensor tensor = plan.State.Get(rule.Theirs)!;
        plan.ShapeOf(rule, tensor, wanted, out bool isWhole);
        float[] values = plan.State.Read(rule.Theirs);
        return isWhole ? values : rule.Values(values, tensor.Sizes);
    }
}
