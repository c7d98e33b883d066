{{- define "sluice.labels" -}}
app: sluice-controller
app.kubernetes.io/part-of: sluice
{{- end }}

{{- define "sluice.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{- /* What has gated objects born held: policies, webhook or none. */ -}}
{{- define "sluice.admission" -}}
{{- if ne .Values.admission "auto" -}}
{{ .Values.admission }}
{{- else if .Capabilities.APIVersions.Has "admissionregistration.k8s.io/v1/MutatingAdmissionPolicy" -}}
policies
{{- else -}}
webhook
{{- end -}}
{{- end }}

{{- /* The Lease by which replicas find out who leads: each shard has its own, named as the program names it. */ -}}
{{- define "sluice.lease" -}}
sluice-controller-leader-election{{ with .Values.watchLabelSelector }}-{{ . | sha256sum | trunc 8 }}{{ end }}
{{- end }}
