{{- define "sluice.labels" -}}
app: sluice-controller
app.kubernetes.io/part-of: sluice
{{- end }}

{{- define "sluice.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- /* Not empty where the policies that need Kubernetes 1.36 are to be installed. */ -}}
{{- define "sluice.mutatingPolicies" -}}
{{- $known := .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" -}}
{{- if or (eq .Values.mutatingPolicies "always") (and (eq .Values.mutatingPolicies "auto") $known) -}}
true
{{- end -}}
{{- end }}
