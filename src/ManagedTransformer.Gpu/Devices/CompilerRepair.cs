using System.Collections.Immutable;
using System.Reflection;
using ILGPU.Backends;
using ILGPU.IR.Transformations;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Takes a fault out of ILGPU 1.5.3: at level O2 its last pass moves a load whose value only goes into the next round of a loop (or into a branch) behind the stores and
/// barriers of its block, so that <c>c = a[i]; a[i] = sum; sum += c;</c> reads what it has just written. The pass has a mode that leaves memory operations where they are; which mode is used
/// cannot be chosen through the public interface.
/// </summary>
internal static class CompilerRepair
{
    /// <summary>Lets a compiler leave memory operations in their order.</summary>
    /// <exception cref="NotSupportedException">This is another version of ILGPU, which has to be looked at.</exception>
    public static void Apply(Backend backend)
    {
        PropertyInfo property = typeof(Backend).GetProperty("KernelTransformers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)
            ?? throw Unknown();
        var transformers = (ImmutableArray<Transformer>)property.GetValue(backend)!;
        int replaced = 0;
        property.SetValue(backend, transformers.Select(Repaired).ToImmutableArray());
        if (replaced == 0)
        {
            throw Unknown();
        }

        Transformer Repaired(Transformer transformer)
        {
            ImmutableArray<Transformation> steps = [.. transformer.Transformations.Select(step =>
            {
                if (step is not CodePlacement { Mode: CodePlacementMode.Aggressive })
                {
                    return step;
                }

                replaced++;
                return new CodePlacement<CodePlacement.GroupOperands>(CodePlacementMode.Default);
            })];
            return new Transformer(transformer.Configuration, steps);
        }
    }

    private static NotSupportedException Unknown() => new("ILGPU's passes are not those of version 1.5.3.");
}
