using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Training;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>The library's language model of characters, with <see cref="GatedRecurrence"/> in place of attention.</summary>
public static class RecurrentLanguageModel
{
    private const int Rows = 16, Length = 64, Width = 64;

    /// <summary>The text that it learns: the library's invented stories.</summary>
    public static ReadOnlyMemory<byte> Text { get; } = TextCorpus.Load(TextCorpus.BuiltInStories).Train;

    /// <summary>A model with initial weights and its tokenizer. It generates text as every <see cref="LanguageModel"/> does.</summary>
    /// <param name="seed">Decides the initial weights.</param>
    public static LanguageModel Create(ulong seed)
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText(Text.Span);
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = Width,
            Layers = 2,
            Heads = 1,
            Positions = PositionKind.None, // a recurrence knows the order by itself
            PreNorm = true,
        };
        ModelDescription description = new() { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = Length };
        return new LanguageModel(
            new CausalLanguageModel(config, new RandomSource(seed), new GatedRecurrenceSlot()), tokenizer, description);
    }

    /// <summary>Trains it by the library's trainer, on pieces from random places of the text.</summary>
    /// <param name="model">From <see cref="Create"/>.</param>
    /// <param name="steps">Updates.</param>
    /// <param name="report">Receives the number of every update and its loss in nats per character.</param>
    public static void Train(LanguageModel model, int steps, Action<long, double>? report = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        int[] ids = model.Tokenizer.Encode(Text.Span);
        RandomSource places = new(1);
        ModuleTrainer trainer = new(
            model.Network,
            (batch, context) =>
            {
                places.MoveTo((ulong)batch); // so that a batch follows from its number
                int[] starts = [.. Enumerable.Range(0, Rows).Select(_ => (int)(places.NextUnit() * (ids.Length - Length - 1)))];
                TrainingLoss loss = model.Network.TrainingLoss(
                    Block(ids, starts), Block(ids, starts, 1), context, new CrossEntropyOptions { Sum = true });
                return (loss.Total, loss.Prediction.Targets);
            },
            new ModuleTrainerOptions
            {
                Steps = steps,
                Optimizer = new OptimizerRecipe { Betas = [0.9f, 0.99f], ClipNorm = 1 },
                Schedule = new ScheduleRecipe { Type = ScheduleKind.Cosine, Lr = 1e-2, MinLr = 1e-3, Warmup = 20 },
            });
        while (trainer.Step < steps)
        {
            double loss = trainer.Update().Loss;
            report?.Invoke(trainer.Step, loss);
        }
    }

    private static Tensor Block(int[] ids, int[] starts, int shift = 0) =>
        Tensor.From([.. starts.SelectMany(start => ids.Skip(start + shift).Take(Length))], new Shape(Rows, Length));
}
