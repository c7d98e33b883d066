namespace Sluice.Cli.Completion;

/// <summary>What a shell has to run once to complete this program's commands. Each asks <see cref="Completer"/>.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells that there is a script for.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <summary>The script of a shell.</summary>
    /// <param name="shell">One of <see cref="Shells"/>.</param>
    public static string Of(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" => PowerShell,
        _ => throw CommandException.Usage($"'{shell}' is not a shell that there are completions for: expected {string.Join(", ", Shells)}"),
    };

    private const string Bash =
        """
        # source <(sluice completion bash), or write it to /etc/bash_completion.d/sluice
        _sluice_complete() {
            local IFS=$'\n' found
            found=$("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
            COMPREPLY=($(compgen -W "${found%:*}" -- "${COMP_WORDS[COMP_CWORD]}"))
            if [[ $found == *:6 ]]; then compopt -o nospace 2>/dev/null; fi
        }
        complete -F _sluice_complete sluice flux-gate kubectl-gate

        """;

    private const string Zsh =
        """
        #compdef sluice flux-gate kubectl-gate
        # source <(sluice completion zsh), or write it to a file _sluice in a folder of $fpath
        _sluice() {
            local -a found
            found=("${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            if [[ ${found[-1]} == :6 ]]; then compadd -S '' -- "${(@)found[1,-2]}"; else compadd -- "${(@)found[1,-2]}"; fi
        }
        if [[ ${funcstack[1]} == _sluice ]]; then _sluice; else compdef _sluice sluice flux-gate kubectl-gate; fi

        """;

    private const string Fish =
        """
        # sluice completion fish | source, or write it to ~/.config/fish/completions/sluice.fish
        function __sluice_complete
            set -l words (commandline -opc)
            set -l last (commandline -ct)
            $words[1] __complete $words[2..] "$last" 2>/dev/null | string match -v -r '^:[0-9]+$'
        end
        for name in sluice flux-gate kubectl-gate
            complete -c $name -f -a '(__sluice_complete)'
        end

        """;

    // PowerShell before 7.3 drops empty arguments: there, a completion needs the first letter.
    private const string PowerShell =
        """
        # sluice completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName sluice, flux-gate, kubectl-gate -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
            if ($wordToComplete -eq '') { $words += '' }
            & $commandAst.CommandElements[0].ToString() __complete @words 2>$null |
                Where-Object { $_ -notmatch '^:[0-9]+$' } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;
}
