using System.Globalization;
using ManagedTransformer.Files;
using ManagedTransformer.Torch;

namespace ManagedTransformer.Checkpoints;

/// <summary>
/// A checkpoint is a folder: <c>config.json</c>, <c>model.safetensors</c>, <c>tokenizer.json</c>, for training <c>optimizer.safetensors</c>
/// and <c>trainer.json</c>, and <c>manifest.json</c> with the length and the SHA-256 of every file.
/// </summary>
/// <remarks>
/// A new checkpoint grows in a temporary sibling, is flushed to the disk, and takes the place of the old one by renaming. At every instant
/// a complete checkpoint stands under <c>path</c> or, between the two renames, under <c>path.old</c>: whoever kills the process loses at
/// most the checkpoint being written. .NET cannot flush folders, so after a loss of power the last renames may be undone: an older complete
/// checkpoint is found then. One process at a time may write a checkpoint.
/// </remarks>
public static class CheckpointFolder
{
    // Each finds a checkpoint replaced while it was read.
    private const int MostAttempts = 5;

    /// <summary>The subfolder of a training run with the checkpoint of the lowest validation loss.</summary>
    public const string Best = "best";

    /// <summary>The subfolder of a training run with the newest checkpoint.</summary>
    public const string Last = "last";

    /// <summary>The file with the architecture and its sizes.</summary>
    public const string ConfigFile = "config.json";

    /// <summary>The file with the weights.</summary>
    public const string ModelFile = "model.safetensors";

    /// <summary>Of an adapter saved alone: the file with the weights of the adapter.</summary>
    public const string AdapterFile = "adapter_model.safetensors";

    /// <summary>Of an adapter saved alone: the file with its rank and so on.</summary>
    public const string AdapterConfigFile = "adapter_config.json";

    /// <summary>The file with the tokenizer.</summary>
    public const string TokenizerFile = "tokenizer.json";

    /// <summary>The file with the tokenizer of the source language, where each language has its own.</summary>
    public const string SourceTokenizerFile = "source_tokenizer.json";

    /// <summary>The file with the tokenizer of the target language, where each language has its own.</summary>
    public const string TargetTokenizerFile = "target_tokenizer.json";

    /// <summary>Of the last checkpoint of models that read past their blocks: the hidden states before the next block.</summary>
    public const string StreamFile = "stream.safetensors";

    /// <summary>The file with what the parts of the model did in its last evaluation.</summary>
    public const string MetricsFile = "metrics.json";

    /// <summary>The file with the state of the optimiser.</summary>
    public const string OptimizerFile = "optimizer.safetensors";

    /// <summary>Of the last checkpoint of runs that average their weights: the averages.</summary>
    internal const string AveragesFile = "averages.safetensors";

    /// <summary>The file with the state of the training loop.</summary>
    public const string TrainerFile = "trainer.json";

    /// <summary>Writes a checkpoint and replaces the one under the same path; on failure that one stays as it was.</summary>
    /// <param name="path">The checkpoint's folder; its parents are created.</param>
    /// <param name="fill">Writes the files into the folder that it is given; a manifest is added behind it. What it throws, other than
    /// failures of the file system, passes through.</param>
    /// <param name="withManifest">Whether to add the manifest; false for the formats of other programs,
    /// which change single files as they like.</param>
    /// <param name="replace">Whether to replace what stands there; false refuses anything but an absent or empty folder, also one that
    /// another process has written in the meantime.</param>
    /// <exception cref="InputException">The checkpoint cannot be written (disk full, no permission), or something that is no checkpoint
    /// stands in its place.</exception>
    public static void Write(string path, Action<string> fill, bool withManifest = true, bool replace = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(fill);
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string temporary = $"{path}{TemporaryMark}{Environment.ProcessId}";
        try
        {
            Require();
            DeleteLeftovers(path);
            Directory.CreateDirectory(temporary);
            fill(temporary);
            if (withManifest)
            {
                CheckpointManifest.Write(temporary);
            }

            if (!replace)
            {
                Require();
            }

            Swap(path, temporary);
        }
        catch (Exception e)
        {
            Discard(temporary, $"{temporary}.failed");
            if (FileSystemFailure(e) is { } failure)
            {
                throw new InputException($"The checkpoint '{path}' cannot be written: {WriteFailure.Describe(failure)}.", e);
            }

            throw;
        }

        void Require()
        {
            if (!replace)
            {
                RequireFree(path);
            }

            RequireReplaceable(path);
            RequireReplaceable(OldSibling(path));
        }
    }

    /// <summary>Refuses an output that would overwrite something, before a large model is loaded.</summary>
    /// <param name="path">The folder, absent or empty.</param>
    /// <exception cref="InputException">It is a file, or holds something.</exception>
    public static void RequireFree(string path)
    {
        if (File.Exists(path) || (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any()))
        {
            throw new InputException($"The output '{path}' exists and is not an empty folder; nothing is overwritten.");
        }

        RequireOutsideModels(path);
    }

    /// <summary>Refuses a place inside a checkpoint, which the next one would take away.</summary>
    /// <param name="path">Where something is to be written.</param>
    /// <exception cref="InputException">A folder around it is a checkpoint.</exception>
    internal static void RequireOutsideModels(string path)
    {
        for (string? outer = Path.GetDirectoryName(Path.GetFullPath(path)); outer is not null; outer = Path.GetDirectoryName(outer))
        {
            if (HasManifest(outer) && File.Exists(Path.Combine(outer, ConfigFile))
                && (File.Exists(Path.Combine(outer, ModelFile)) || File.Exists(Path.Combine(outer, AdapterFile))))
            {
                throw new InputException(
                    $"The output '{path}' lies inside the model '{outer}', with which it would be replaced; choose a folder outside.");
            }
        }
    }

    /// <summary>Finds a checkpoint and verifies its files.</summary>
    /// <param name="path">The checkpoint's folder.</param>
    /// <param name="requireManifest">Whether to refuse a folder without a manifest; false accepts one as it is,
    /// for instance a model from elsewhere.</param>
    /// <returns>The folder to read: the path, or <c>path.old</c> where a killed process left the checkpoint there.</returns>
    /// <exception cref="InputException">There is no such folder, it has no manifest, or a file is missing or damaged;
    /// the message names it.</exception>
    public static string Open(string path, bool requireManifest = true)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return WhileReplaced(path, folder =>
        {
            if (HasManifest(folder))
            {
                CheckpointManifest.Verify(folder);
            }
            else if (requireManifest)
            {
                throw NoManifest(folder);
            }

            return folder;
        });
    }

    /// <summary>
    /// Reads a checkpoint while another thread verifies its files, which takes about as long. What was read is handed out only when every
    /// file is sound; a damaged file is what a failure is reported as, whatever else the damage did to the reading.
    /// </summary>
    /// <param name="path">The checkpoint's folder, with a manifest.</param>
    /// <param name="read">Reads the folder that it is given.</param>
    /// <exception cref="InputException">As for <see cref="Open"/>, and what <paramref name="read"/> throws.</exception>
    internal static T Read<T>(string path, Func<string, T> read) => WhileReplaced(path, folder => ReadVerified(folder, read));

    private static T ReadVerified<T>(string folder, Func<string, T> read)
    {
        if (!HasManifest(folder))
        {
            throw NoManifest(folder);
        }

        Task verification = Task.Factory.StartNew(
            () => CheckpointManifest.Verify(folder), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            return read(folder);
        }
        finally
        {
            verification.GetAwaiter().GetResult();
        }
    }

    // A run that goes on replaces its checkpoints: who has read some files of the old and some of the new one begins again.
    private static T WhileReplaced<T>(string path, Func<string, T> read)
    {
        for (int attempt = 1; ; attempt++)
        {
            string folder = Require(path);
            byte[] before = CheckpointManifest.Bytes(folder);
            try
            {
                return read(folder);
            }
            catch (Exception) when (attempt < MostAttempts && !before.AsSpan().SequenceEqual(CheckpointManifest.Bytes(folder)))
            {
                // The next attempt finds the new one.
            }
        }
    }

    /// <summary>Finds the checkpoint that a path stands for: the path itself, or the best one of a training run, or its last one.</summary>
    /// <param name="modelPath">A checkpoint's folder, or the output folder of a training run.</param>
    /// <returns>The checkpoint's folder, not verified; <see cref="Open"/> does that.</returns>
    /// <exception cref="InputException">There is none; the message says what was looked for.</exception>
    public static string Resolve(string modelPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        return Find(modelPath) ?? throw NotFound(modelPath);
    }

    /// <summary>As <see cref="Resolve"/>; null where there is none.</summary>
    /// <param name="modelPath">A checkpoint's folder, or the output folder of a training run.</param>
    internal static string? Find(string modelPath)
    {
        string[] candidates = [modelPath, Path.Combine(modelPath, Best), Path.Combine(modelPath, Last)];
        return candidates.Select(Existing).FirstOrDefault(IsCheckpoint);
    }

    // What may not be listed looks as if nothing were there.
    private static InputException NotFound(string modelPath)
    {
        try
        {
            if (Directory.Exists(modelPath))
            {
                _ = Directory.EnumerateFileSystemEntries(modelPath).Any();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new InputException($"The model folder '{modelPath}' cannot be read: {e.Message}", e);
        }

        if (File.Exists(modelPath) && TorchFile.IsOne(modelPath))
        {
            return new InputException(
                $"'{modelPath}' is a checkpoint of PyTorch and no model folder: mt convert '{modelPath}' --from KIND --out FOLDER makes one "
                + "of it, KIND being the program that wrote it.");
        }

        return File.Exists(Path.Combine(modelPath, ConfigFile)) ? NoManifest(modelPath) : new InputException(
            $"No model was found at '{modelPath}': it is neither a checkpoint ({CheckpointManifest.FileName}, or {ConfigFile} and "
            + $"{ModelFile}) nor a training run with one under {Best}/ or {Last}/.");
    }

    private const string TemporaryMark = ".tmp-";

    // The files of checkpoints, and those of GPT-2 folders.
    private static readonly HashSet<string> _files =
    [
        ConfigFile, ModelFile, TokenizerFile, SourceTokenizerFile, TargetTokenizerFile, StreamFile, MetricsFile, OptimizerFile, TrainerFile,
        AveragesFile, AdapterFile, AdapterConfigFile, CheckpointManifest.FileName, "vocab.json", "merges.txt", "tokenizer_config.json",
        "chat_template.jinja", "special_tokens_map.json", "generation_config.json",
    ];

    private static string OldSibling(string path) => $"{Path.TrimEndingDirectorySeparator(path)}.old";

    private static string? Existing(string path) =>
        Directory.Exists(path) ? path : Directory.Exists(OldSibling(path)) ? OldSibling(path) : null;

    private static string Require(string path) =>
        Existing(path) ?? throw new InputException($"The checkpoint folder '{path}' does not exist.");

    private static bool HasManifest(string folder) => File.Exists(Path.Combine(folder, CheckpointManifest.FileName));

    // Models of other libraries have no manifest; the oldest of them do not say what they are.
    private static InputException NoManifest(string folder)
    {
        string neither =
            $"The folder '{folder}' is no complete checkpoint, since it has no {CheckpointManifest.FileName}, "
            + "and no model of Hugging Face's: ";
        try
        {
            return new(HuggingFaceConfig.LacksModelType(folder)
                ? $"{neither}its {ConfigFile} lacks the key 'model_type', which is \"gpt2\" for a GPT-2."
                : $"The folder '{folder}' is not a complete checkpoint: it has no {CheckpointManifest.FileName}.");
        }
        catch (InputException e)
        {
            bool isSentence = e.Message.StartsWith("The ", StringComparison.Ordinal);
            return new(neither + (isSentence ? $"t{e.Message[1..]}" : e.Message), e);
        }
    }

    /// <summary>Whether a folder holds a model: with a manifest, or as other programs write one.</summary>
    internal static bool IsCheckpoint(string? folder) => folder is not null
        && (HasManifest(folder)
        || (File.Exists(Path.Combine(folder, ConfigFile)) && File.Exists(Path.Combine(folder, ModelFile)))
        || (File.Exists(Path.Combine(folder, AdapterConfigFile)) && File.Exists(Path.Combine(folder, AdapterFile))));

    // A mistyped path must not cost somebody a folder of other things.
    internal static void RequireReplaceable(string path)
    {
        if (File.Exists(path))
        {
            throw new InputException($"The checkpoint '{path}' cannot be written: a file of that name exists.");
        }

        if (Directory.Exists(path) && !IsCheckpoint(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new InputException($"The folder '{path}' is not replaced by a checkpoint: it holds something else.");
        }
    }

    /// <summary>
    /// Deletes what a killed process left of writing a checkpoint: named by its number, and with nothing in it that this class does not
    /// write.
    /// </summary>
    /// <param name="path">The checkpoint's folder; nothing needs to be there.</param>
    internal static void DeleteLeftovers(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        if (Directory.Exists(parent))
        {
            // No search pattern: a name may have characters that mean something in one.
            string start = Path.GetFileName(path) + TemporaryMark;
            foreach (string leftover in Directory.GetDirectories(parent)
                .Where(folder => Path.GetFileName(folder).StartsWith(start, StringComparison.Ordinal)))
            {
                string process = Path.GetFileName(leftover)[start.Length..].Split('.')[0];
                if (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && !IsOthers(id) && IsOurs(leftover))
                {
                    Directory.Delete(leftover, recursive: true);
                }
            }
        }
    }

    private static bool IsOthers(int process) => process != Environment.ProcessId && RunningProcess.Find(process) is not null;

    private static bool IsOurs(string folder) => Directory.EnumerateFileSystemEntries(folder).Select(entry => Path.GetFileName(entry))
        .All(name => _files.Contains(name) || name.EndsWith(".tmp", StringComparison.Ordinal));

    private static void Swap(string path, string temporary)
    {
        string old = OldSibling(path);
        bool isFirst = !Directory.Exists(path);
        if (isFirst)
        {
            Directory.Move(temporary, path);
        }

        Discard(old, $"{temporary}.old");
        if (isFirst)
        {
            return;
        }

        Directory.Move(path, old);
        try
        {
            Directory.Move(temporary, path);
        }
        catch
        {
            Directory.Move(old, path);
            throw;
        }

        Discard(old, temporary);
    }

    // Renamed first, so that a deletion cut short leaves no part of a checkpoint under path.old.
    // What stays behind is deleted by the next write.
    private static void Discard(string folder, string leftover)
    {
        try
        {
            if (Directory.Exists(folder))
            {
                Directory.Move(folder, leftover);
                Directory.Delete(leftover, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static Exception? FileSystemFailure(Exception e) =>
        e is IOException or UnauthorizedAccessException
            ? e
            : e is InputException { InnerException: { } inner } ? FileSystemFailure(inner) : null;
}
