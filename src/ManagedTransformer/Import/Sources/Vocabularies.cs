using System.Globalization;
using System.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Import.Sources;

/// <summary>Vocabularies of files, and the one that stands for none.</summary>
internal static class Vocabularies
{
    /// <summary>A vocabulary whose words are the numbers of the ids, for models that nobody has given one.</summary>
    /// <param name="source">Gets a note about it.</param>
    /// <param name="size">Number of ids.</param>
    /// <param name="option">How to give one, for the note.</param>
    public static VocabularyTokenizer Numbers(ImportSource source, int size, string option)
    {
        source.Note($"No vocabulary was given ({option}): the words of the model are the numbers of its ids.");
        return new VocabularyTokenizer(
            [.. Enumerable.Range(0, size).Select(id => id.ToString(CultureInfo.InvariantCulture))], VocabularyUnits.Words);
    }

    /// <summary>The tokens of a file, one a line, without blanks around them.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">Number of ids of the model.</param>
    /// <param name="source">The checkpoint.</param>
    /// <exception cref="InputException">The file cannot be read, or has another number of tokens.</exception>
    public static List<string> ReadTokens(string path, int size, ImportSource source)
    {
        List<string> tokens = [.. TextLines.Read(path).Select(line => line.Trim())];
        while (tokens.Count > size && tokens[^1].Length == 0)
        {
            tokens.RemoveAt(tokens.Count - 1);
        }

        return tokens.Count == size ? tokens : throw source.Refuse(
            $"the vocabulary '{path}' has {tokens.Count} entries, the model {size}");
    }

    /// <summary>The text of a file of a data folder.</summary>
    /// <exception cref="InputException">The file cannot be read or is not UTF-8.</exception>
    public static string ReadText(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (Directory.Exists(folder) && !File.Exists(path))
        {
            throw new InputException($"The folder '{folder}' has no {name}, from which the vocabulary is made.");
        }

        byte[] bytes = InputFile.ReadAllBytes(path);
        Utf8Text.RequireValid(bytes, $"'{path}'");
        return Encoding.UTF8.GetString(bytes);
    }
}
