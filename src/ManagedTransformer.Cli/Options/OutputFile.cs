using System.Text;
using ManagedTransformer.Tensors.Serialization;

namespace ManagedTransformer.Cli.Options;

/// <summary>A file that an option names and a command writes. A mistyped name must not cost somebody a log or a text.</summary>
internal sealed class OutputFile
{
    private readonly string _path;

    /// <summary>Refuses what must not be replaced, before anything is computed for it.</summary>
    /// <param name="name">The file, as the option names it.</param>
    /// <param name="kind">What it becomes, such as <c>report</c>.</param>
    /// <param name="isOfKind">Whether the file of a path is such a thing already, and is replaced.</param>
    /// <param name="inputs">What the command reads, which is never replaced.</param>
    /// <exception cref="InputException">It is a folder, something else than such a file, or one that the command reads.</exception>
    /// <exception cref="InvalidDataException">It is a pipe or a device.</exception>
    public OutputFile(string name, string kind, Predicate<string> isOfKind, params IEnumerable<string?> inputs)
    {
        _path = Path.GetFullPath(name);
        if (Directory.Exists(_path))
        {
            throw new InputException($"The {kind} cannot be written: '{name}' is a folder.");
        }

        RegularFile.Require(name);
        if (!File.Exists(_path))
        {
            return;
        }

        if (inputs.Any(input => input is not null && Target(input) == Target(name)))
        {
            throw new InputException($"'{name}' is what this command reads, so it is not replaced.");
        }

        // An empty file has nothing to lose.
        if (new FileInfo(Target(name)).Length > 0 && !isOfKind(_path))
        {
            throw new InputException($"'{name}' exists and is no {kind}, so it is not replaced.");
        }
    }

    private string TemporaryPath => $"{_path}.{Environment.ProcessId}.tmp";

    /// <summary>Makes the folder of the file where there is none.</summary>
    public void CreateFolder() => Directory.CreateDirectory(Path.GetDirectoryName(_path)!);

    /// <summary>Finds out whether the file can be written, before something takes long.</summary>
    public void Probe()
    {
        CreateFolder();
        File.WriteAllText(TemporaryPath, "");
        File.Delete(TemporaryPath);
    }

    /// <summary>Writes the file, of which a reader sees the old content or the new one.</summary>
    public void Write(string content)
    {
        CreateFolder();
        try
        {
            File.WriteAllText(TemporaryPath, content, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(TemporaryPath, _path, overwrite: true);
        }
        finally
        {
            File.Delete(TemporaryPath);
        }
    }

    // The file that a name stands for, also through links.
    private static string Target(string name) =>
        File.ResolveLinkTarget(Path.GetFullPath(name), returnFinalTarget: true)?.FullName ?? Path.GetFullPath(name);
}
