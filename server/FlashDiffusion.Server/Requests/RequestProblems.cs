using System.Collections.Immutable;
using FlashDiffusion.Server.Errors;
using Grpc.Core;

namespace FlashDiffusion.Server.Requests;

/// <summary>Collects everything that is wrong with one request, so that the caller learns it all at once.</summary>
internal sealed class RequestProblems
{
    private readonly List<FieldViolation> _violations = [];
    private readonly List<MissingResource> _missing = [];
    private ServerError? _precondition;

    public bool Any => _violations.Count > 0 || _missing.Count > 0 || _precondition is not null;

    /// <summary>The same list, for checks that report violations themselves.</summary>
    public ICollection<FieldViolation> Violations => _violations;

    public void Add(string field, string description) => _violations.Add(new FieldViolation(field, description));

    /// <summary>Something that a field names is not there.</summary>
    public void AddMissing(string field, MissingResource missing)
    {
        _missing.Add(missing);
        Add(field, missing.Description);
    }

    /// <summary>Something that the request names exists but can't be used now.</summary>
    public void AddNotReady(string field, string subject, string description)
    {
        _precondition = new ServerError { Code = StatusCode.FailedPrecondition, Reason = ErrorReasons.NotReady, Message = description, Precondition = subject };
        Add(field, description);
    }

    /// <summary>All problems as one error: INVALID_ARGUMENT, unless a name is unknown (NOT_FOUND) or nothing but readiness is missing.</summary>
    public ServerError ToError()
    {
        var onlyNotReady = _precondition is not null && _missing.Count == 0 && _violations.Count == 1;
        var error = onlyNotReady ? _precondition! : new ServerError
        {
            Code = _missing.Count > 0 ? StatusCode.NotFound : StatusCode.InvalidArgument,
            Reason = _missing.Count > 0 ? ErrorReasons.UnknownName : ErrorReasons.InvalidRequest,
            Message = Summary(),
        };
        return error with { Violations = [.. _violations], Missing = [.. _missing], Precondition = _precondition?.Precondition };
    }

    private string Summary()
    {
        var lines = _violations.Select(violation => $"{violation.Field}: {violation.Description}").ToImmutableArray();
        return lines.Length == 1 ? lines[0] : $"{lines.Length} problems. {string.Join(' ', lines)}";
    }
}
