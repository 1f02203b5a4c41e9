using FlashDiffusion.Models.Repository;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using Grpc.Core;
using ModelEntry = FlashDiffusion.Server.Catalogs.ModelEntry;

namespace FlashDiffusion.Server.Lifecycle;

/// <summary>Names of models in orders of those who run the server, and why nothing came of an order.</summary>
internal static class ModelNames
{
    /// <summary>The model that an order means; or why it means none. A name leads nowhere but into the repository.</summary>
    /// <param name="root">Folder of the repository.</param>
    /// <param name="name">Name of its folder.</param>
    /// <param name="version">Its version; empty for the newest that has a folder.</param>
    /// <param name="single">Name of the one model that the folder itself is; null for a repository.</param>
    public static Mapped<ModelSelection> Find(string root, string name, string version, string? single = null)
    {
        if (Check(name, version) is { } problem)
        {
            return Mapped<ModelSelection>.Refused(problem);
        }

        try
        {
            var versions = ModelRepository.VersionsOf(root, name, single);
            return versions.LastOrDefault(known => version.Length == 0 || known == version) is { } found
                ? Mapped<ModelSelection>.Of(new ModelSelection(name, found))
                : Mapped<ModelSelection>.Refused(Unknown(name, version));
        }
        catch (Exception exception) when (exception is ModelRepositoryException or IOException or UnauthorizedAccessException)
        {
            return Mapped<ModelSelection>.Refused(LoadFailed(new ModelEntry(name, version, "", null, exception.Message), stays: false));
        }
    }

    /// <summary>Why a name or a version can be none; null if both can.</summary>
    public static ServerError? Check(string name, string version)
    {
        var problems = new RequestProblems();
        if (!ModelSelection.IsPlainName(name))
        {
            problems.Add("model", "It must be the name of a folder of the model repository: letters, digits, '.', '_' and '-', without a path.");
        }

        if (version.Length > 0 && !ModelSelection.IsPlainName(version))
        {
            problems.Add("model_version", "It must be the name of a version's folder: letters, digits, '.', '_' and '-', without a path.");
        }

        return problems.Any ? problems.ToError() : null;
    }

    /// <summary>There is no such model.</summary>
    public static ServerError Unknown(string name, string version)
    {
        var shown = name + (version.Length > 0 ? $" version {version}" : "");
        return new ServerError
        {
            Code = StatusCode.NotFound,
            Reason = ErrorReasons.UnknownName,
            Message = $"There is no model '{shown}' in the repository.",
            Missing = [new MissingResource("model", shown, "No folder of the model repository has that name.")],
        };
    }

    /// <summary>It could not be loaded.</summary>
    /// <param name="entry">The model, and why.</param>
    /// <param name="stays">Whether what was loaded before stays in service.</param>
    public static ServerError LoadFailed(ModelEntry entry, bool stays) => new()
    {
        Code = entry.IsOverBudget ? StatusCode.ResourceExhausted : StatusCode.FailedPrecondition,
        Reason = entry.IsOverBudget ? ErrorReasons.MemoryExhausted : ErrorReasons.LoadFailed,
        Message = $"The model '{entry.Name}' version {entry.Version} could not be loaded{(stays ? ", and what was loaded before stays in service" : "")}: {entry.Reason}",
        Precondition = entry.IsOverBudget ? null : $"model/{entry.Name}",
        Quota = entry.IsOverBudget ? "weights" : null,
    };
}
