using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt train-tokenizer</c></summary>
internal static class TrainTokenizerCommand
{
    private const string BytePairs = "bpe", Unigram = "unigram", WordPiece = "wordpiece", DefaultFile = "tokenizer.json";
    private const int DefaultSize = 8000, LeastBytePairs = 256, LeastPieces = 16;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> file = new("FILE")
        {
            Description = "The text to learn from: a file, also in gzip, or a folder with train.txt. In UTF-8; "
                + $"{BytePairs} takes any bytes.",
        };
        Option<string?> type = new("--type")
        {
            Description = $"The model (default: {BytePairs}).",
            HelpName = $"{BytePairs}|{Unigram}|{WordPiece}",
        };
        CommonOptions.AcceptOnly(type, BytePairs, Unigram, WordPiece);
        Option<int?> vocab = CommonOptions.Positive("--vocab", $"The number of ids (default: {DefaultSize}); a text may have fewer.");
        Option<bool> lowercase = new("--lowercase") { Description = $"Lower-case texts ({WordPiece})." };
        Option<string?> output = new("--out")
        {
            Description = $"The file to write (default: {DefaultFile}). An earlier tokenizer of that name is replaced, nothing else is.",
            HelpName = "FILE",
        };
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("train-tokenizer",
            "Learns a tokenizer from a text and writes it as tokenizer.json.",
            "mt train-tokenizer text.txt --vocab 8000 --out tokenizer.json",
            "mt train-tokenizer text.txt --type unigram --vocab 4000 --out unigram.json")
        { file, type, vocab, lowercase, output, json };
        command.SetAction(result =>
        {
            string kind = result.GetValue(type) ?? BytePairs, target = result.GetValue(output) ?? DefaultFile;
            int size = result.GetValue(vocab) ?? DefaultSize, least = kind == BytePairs ? LeastBytePairs : LeastPieces;
            if (size < least)
            {
                throw new UsageException($"--vocab is {size}, it must be at least {least} for {kind}.");
            }

            if (kind != WordPiece)
            {
                CommonOptions.Refuse(result, $"applies to --type {WordPiece}", lowercase);
            }

            string source = result.GetRequiredValue(file);
            OutputFile written = new(target, "tokenizer.json", IsTokenizer, source);
            TextCorpus corpus = TextCorpus.Load(source, new TextCorpusOptions { ValidationFraction = 0 });
            ReadOnlySpan<byte> text = corpus.Train.Span;
            if (kind != BytePairs && FindInvalidLine(text) is { } place)
            {
                throw new InputException(
                    $"{corpus.Name}: line {place} is not valid UTF-8, and a tokenizer of type {kind} has characters; {BytePairs} takes any "
                    + "bytes.");
            }

            ITokenizer tokenizer = kind switch
            {
                Unigram => TokenizerTrainer.TrainUnigram(text, size),
                WordPiece => TokenizerTrainer.TrainWordPiece(text, size, result.GetValue(lowercase)),
                _ => BytePairTokenizer.Train(text, size),
            };
            written.CreateFolder();
            tokenizer.Save(target);
            if (result.GetValue(json))
            {
                JsonOutput.Write(terminal.Output,
                    new JsonObject { ["type"] = kind, ["vocab"] = tokenizer.VocabularySize, ["file"] = target });
            }
            else
            {
                terminal.Output.WriteLine($"{target}: {kind} with {tokenizer.VocabularySize:N0} ids.");
            }
        });
        return command;
    }

    // Whatever program wrote it. A sentencepiece model is a tokenizer too, but another file.
    private static bool IsTokenizer(string file)
    {
        using (FileStream stream = File.OpenRead(file))
        {
            if (stream.ReadByte() != '{')
            {
                return false;
            }
        }

        try
        {
            Tokenizer.Load(file);
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    // Counted from 1; null where all is UTF-8.
    private static int? FindInvalidLine(ReadOnlySpan<byte> text)
    {
        int number = 1;
        foreach (Range line in text.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(text[line]))
            {
                return number;
            }

            number++;
        }

        return null;
    }
}
