using System.Collections.Immutable;

namespace FlashDiffusion.Server.Errors;

/// <summary>
/// Keeps an error small enough to travel: statuses go in headers, of which many clients and proxies take 8 KiB. What a request repeats
/// or names without end must not come back without end.
/// </summary>
internal static class ErrorSize
{
    private const int LongestMessage = 1200;
    private const int LongestText = 500;
    private const int LongestName = 160;
    private const int AllViolations = 2400;

    public static ServerError Limit(ServerError error) => error with
    {
        Message = Cutting.Middle(error.Message, LongestMessage),
        Violations = Fitting(error.Violations),
        Missing = [.. error.Missing.Take(4).Select(missing => missing with { Name = Cutting.Middle(missing.Name, LongestName), Description = Cutting.Middle(missing.Description, LongestText) })],
        Precondition = error.Precondition is { } subject ? Cutting.Middle(subject, LongestName) : null,
    };

    private static ImmutableArray<FieldViolation> Fitting(ImmutableArray<FieldViolation> violations)
    {
        var fitting = ImmutableArray.CreateBuilder<FieldViolation>();
        var length = 0;
        foreach (var violation in violations)
        {
            var shorter = new FieldViolation(Cutting.Middle(violation.Field, LongestName), Cutting.Middle(violation.Description, LongestText));
            length += shorter.Field.Length + shorter.Description.Length;
            if (length > AllViolations && fitting.Count > 0)
            {
                break;
            }

            fitting.Add(shorter);
        }

        return fitting.ToImmutable();
    }
}
