using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Modules;

/// <summary>Modules that have shapes and no values.</summary>
public sealed class ShapesOnlyTests
{
    // Recipes whose text decides the vocabulary; above the cut-offs of all of them.
    private const int Vocabulary = 300_000;

    // A table of positions or a drawn projection would be larger, the weights of these models are gigabytes.
    private const long MostManagedBytes = 4 << 20;

    public static TheoryData<string> Recipes() => [.. Recipe.BuiltinNames];

    [Theory]
    [MemberData(nameof(Recipes))]
    public void TheModelOfEveryRecipeIsCountedWithoutMemory(string name)
    {
        long expected;
        Func<Module> create;
        if (Recipe.Builtin(name) is TranslationRecipe translation)
        {
            EncoderDecoderConfig config = translation.Model with { Vocab = Vocabulary, SrcVocab = Vocabulary };
            (expected, create) = (EncoderDecoderFormula.Parameters(config), () => new EncoderDecoderModel(config, new RandomSource(0)));
        }
        else
        {
            LanguageModelConfig config = ((LanguageModelRecipe)Recipe.Builtin(name)).Model with { Vocab = Vocabulary };
            (expected, create) = (LanguageModelFormula.Parameters(config), () => new CausalLanguageModel(config, new RandomSource(0)));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Module module = Initialization.ShapesOnly(create);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, MostManagedBytes);
        Assert.Equal(expected, module.ParameterCount);
        Assert.All(ShapeComparison.All(module), named => Assert.Same(Device.Shapes, named.Buffer.Device));
    }

    [Fact]
    public void TheDeviceBeforeIsCurrentAgain()
    {
        Assert.Throws<InputException>(() => Initialization.ShapesOnly<Linear>(() => throw new InputException("no")));
        Assert.Same(Device.Cpu, Device.Current);
        Assert.Same(Device.Cpu, new Linear(2, 3, new RandomSource(1)).Device);
    }
}
